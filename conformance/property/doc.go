// Package property tests a live server by calls that nobody thought of: inputs
// drawn from the schemas of its tools, valid ones and ones that are wrong in one
// way, and oracles that need no expected result. What fails is shrunk to the
// smallest input that still fails, and comes with a string that repeats it.
//
// Only tools that the user allows are called. Without any, the passive rules
// remain: lists that come out the same twice, defaults and examples that fit.
package property
