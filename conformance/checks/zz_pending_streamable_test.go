package checks_test

func streamableTwins() []twin { return nil }
