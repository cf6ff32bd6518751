package greet

var kept = map[string]string{}
