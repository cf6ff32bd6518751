package checks_test

func resourcesTwins() []twin { return nil }
