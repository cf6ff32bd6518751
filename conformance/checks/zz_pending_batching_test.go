package checks_test

func batchingTwins() []twin { return nil }
