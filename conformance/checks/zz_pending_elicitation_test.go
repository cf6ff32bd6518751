package checks_test

func elicitationTwins() []twin { return nil }
