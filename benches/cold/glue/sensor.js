
const result = core['demo:sensor/filter@1.0.0#run'](0, 0);
tell(word(result) === 1 && word(result + 4) === 0 ? 'empty' : 'a report', 'empty');
