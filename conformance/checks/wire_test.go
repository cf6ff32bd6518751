package checks_test

import "testing"

func wireTwins() []twin { return nil }

var _ testing.TB
