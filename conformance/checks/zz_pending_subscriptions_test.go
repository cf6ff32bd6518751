package checks_test

func subscriptionsTwins() []twin { return nil }
