package registry

// ParseProblemForTest lets the fuzz target of another package reach the parser.
var ParseProblemForTest = parseProblem
