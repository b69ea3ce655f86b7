//! What any host knows of a component before an engine runs it: its contract.
