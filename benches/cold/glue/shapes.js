
tell(core['demo:shapes/calls@1.0.0#add'](1, 2), 3);
