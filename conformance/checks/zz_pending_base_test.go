package checks_test

func baseTwins() []twin { return nil }
