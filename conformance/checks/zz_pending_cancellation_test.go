package checks_test

func cancellationTwins() []twin { return nil }
