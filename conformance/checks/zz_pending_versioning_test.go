package checks_test

func versioningTwins() []twin { return nil }
