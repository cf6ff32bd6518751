package main

import "testing"

func TestLoud(t *testing.T) {
	if len(moods) == 0 {
		t.Error("it does not speak up")
	}
}
