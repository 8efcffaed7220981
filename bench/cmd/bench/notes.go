package main

// notes say what limits the targets that do not hold, by their numbers. They are shown beside those, and only then.
var notes = map[string]string{}
