package checks_test

func rpcErrorsTwins() []twin { return nil }
