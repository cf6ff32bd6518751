package conformance

// Rule is a judgement that rests on no sentence of the specification but on what
// clients, models and teams need: of a contract, of descriptions, of behaviour.
// A finding names it by its ID, as it names a check.
type Rule struct {
	// ID is permanent and begins with the suite, as in "contract/tool-removed".
	ID string
	// Title says what holds when the rule is kept.
	Title string
	// Group is the category within the suite: "CALL", "security".
	Group string
	// Verdict is what breaking the rule comes to: Fail or Warn.
	Verdict Verdict
	// Why says what goes wrong otherwise, Fix what to do.
	Why, Fix string
}
