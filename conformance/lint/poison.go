package lint

import (
	"github.com/mcpctl/mcpctl/conformance"
	"github.com/mcpctl/mcpctl/internal/pattern"
)

// minAttack is the length, in bytes, of the shortest text in which an attack fits,
// such as "<s>": values within schemas are often shorter.
const minAttack = 3

// What descriptions that attack the model say. Each expression is met by
// published attacks and by none of the descriptions of well-known servers.
var (
	overrides = pattern.New(`(?i)\b(ignore|disregard|forget|override|bypass|do not follow)\b[^.\n]{0,20}\b(all|any|every|previous|prior|above|earlier|preceding|existing|your|the system|other)\b[^.\n]{0,24}\b(instruction|prompt|rule|guideline|direction|command|constraint|safety|polic(y|ies))s?\b|\byour (new|real|true|actual) (instructions?|task|goal|purpose|role) (is|are)\b|\byou are now (a|an|in|the|no longer)\b|\bnew system prompt\b`)
	secrecy   = pattern.New(`(?i)\b(do not|don'?t|never|must not|should not|shouldn'?t|avoid)\b (ever )?(tell|telling|inform|informing|notify|notifying|mention|mentioning|reveal|revealing|disclose|disclosing|show|showing|alert|alerting|let|say|saying|explain|explaining)\b[^.\n]{0,40}\b(the )?(user|human|person|customer|operator)s?\b|\bwithout (telling|informing|notifying|asking|alerting|mentioning (it |this )?to|the knowledge of) (the )?(user|human)s?\b|\b(hide|conceal|keep)\b[^.\n]{0,40}\b(from|secret|hidden)\b[^.\n]{0,12}\b(the )?(user|human)s?\b|\bthe (user|human) (must|should|does|need|may) ?not (know|see|be (told|informed|aware)|notice|find out)\b|\b(silently|secretly|covertly)\b[^.\n]{0,30}\b(send|forward|upload|copy|read|include|append|transmit|exfiltrate)\b`)
	commands  = pattern.New(`(?i)</?(important|system|instructions?|secret|hidden|admin|critical|assistant|prompt|sys|rules?|attention|s)>|<\|[a-z_]{2,30}\|>|\[/?INST\]|<<SYS>>|(^|\n)\s*(#+ *|\*\*)?(system|assistant)( prompt| message| override)?(\*\*)?:|<!--`)
	private   = pattern.New(`(?i)(~|\$HOME|%USERPROFILE%|/home/\S{1,40}|/root|/Users/\S{1,40})[/\\]\.(ssh|aws|gnupg|kube|config/gcloud|docker/config|netrc|npmrc|pypirc|git-credentials|bash_history|zsh_history|cursor|claude|codex)\b|\bid_(rsa|ed25519|ecdsa)\b|/etc/(passwd|shadow|sudoers)\b|\b(\.cursor/)?mcp\.json\b|\bclaude_desktop_config\.json\b|\.aws/credentials\b|\bwallet\.dat\b|\b(private|ssh|api) keys? (file|content)s?\b|\b(environment variables|env vars?|\.env( file)?|browser cookies|seed phrase)\b`)
	taking    = pattern.New(`(?i)\b(please |first |then |must |should |to |and |also |always |,|^)?(read|cat|open|include|send|pass|attach|upload|copy|append|provide|supply|insert|put|paste|embed|forward|post|leak|exfiltrate) (\w+ ){0,6}?(the )?(content|contents|file|value|values|data|full|whole|entire|it|them|all|user'?s?|~|/|\$HOME|\.env|id_)`)
	talk      = pattern.New(`(?i)\b(include|send|pass|provide|supply|attach|append|insert|put|copy|forward|record|repeat)\b[^.\n]{0,40}\b((full|entire|whole|complete|all)[^.\n]{0,20}\b(conversation|chat|dialogue?|context window)\b|(all )?(previous|prior|above|earlier) messages\b|(conversation|chat|message) (history|log|transcript)\b|(your |the )?system (prompt|message|instructions)\b|chain.of.thought\b|(your |the )?(internal )?reasoning (steps|trace)\b|list of (all )?(your |available )tools\b)`)
	precedes  = pattern.New(`(?i)\b(before|prior to|instead of|in place of|rather than) (you )?(using |use |calling |call |invoking |running |doing )?(any|all|every|each)( of the)?( other)? (tools?|actions?|requests?|function|other tool)\b|\b(always|must|only) (be )?(use|used|call|called|invoke|invoked|run|prefer)d? (this|it)( tool| function)? (first|before|instead|for (all|every|any))|\b(this|the) tool (must|should|has to|needs to) (always )?(be )?(called|used|invoked|run) (first|before (any|all|every))|\b(never|do not|don'?t) (use|call|invoke|trust) (any )?other (tools?|servers?|functions?)\b|\b(on|for|after|before) every (message|request|response|answer|turn|tool call)\b[^.\n]{0,40}\b(call|use|invoke|run)\b|\b(call|use|invoke|run) this( tool)? (on|for|after|before|with) every\b`)
	sentences = pattern.New(`[^.!?\n]*(\.[^\s.!?\n][^.!?\n]*)*`)
	blob      = pattern.New(`[A-Za-z0-9+/_-]{80,}={0,2}`)
)

func poisonRules() []rule {
	return []rule{
		{conformance.Rule{
			ID: "lint/security/override", Title: "no text tells the model to leave its instructions", Group: "security", Verdict: conformance.Fail,
			Why: "\"Ignore all previous instructions\" in a description is an attack on the model that reads it (tool poisoning), whoever wrote it there.",
			Fix: "Describe what the tool does. If the words are an example, put them where a model is not shown them.",
		}, anything, poisoned(overrides, "tells the model to leave its instructions")},
		{conformance.Rule{
			ID: "lint/security/secrecy", Title: "no text tells the model to keep something from the user", Group: "security", Verdict: conformance.Fail,
			Why: "A tool that does what it says needs no secrets from the person on whose behalf it is called.",
			Fix: "Drop the sentence. What people shall not be bothered with can be said as \"not needed in the answer\".",
		}, anything, poisoned(secrecy, "asks for secrecy towards the user")},
		{conformance.Rule{
			ID: "lint/security/markup", Title: "no text has markup that poses as the system's", Group: "security", Verdict: conformance.Fail,
			Why: "<important>, <system>, [INST] or a hidden comment make a model take the words of a server for those of its operator.",
			Fix: "Write plain sentences.",
		}, anything, poisoned(commands, "has markup of instructions")},
		{conformance.Rule{
			ID: "lint/security/exfiltration", Title: "no text asks the model for private files or variables", Group: "security", Verdict: conformance.Fail,
			Why: "Descriptions that ask to read ~/.ssh, credentials or the configuration of the client, and to pass the content on, are how data is stolen through a model.",
			Fix: "Let the server read what it needs itself, with the user's knowledge.",
		}, anything, exfiltration},
		{conformance.Rule{
			ID: "lint/security/conversation", Title: "no text asks for the conversation or the model's own instructions", Group: "security", Verdict: conformance.Warn,
			Why: "A parameter that wants the whole conversation, the system prompt or the list of tools carries off more than the tool needs, and nobody sees it go.",
			Fix: "Ask for what the tool needs, in the user's words.",
		}, anything, poisoned(talk, "asks for the conversation or for instructions")},
		{conformance.Rule{
			ID: "lint/security/precedence", Title: "no tool puts itself before all others", Group: "security", Verdict: conformance.Warn,
			Why: "\"Always call this first\" takes calls from other servers that the same model is shown, and is a usual part of attacks.",
			Fix: "Say when the tool is of use, and leave the choice to the model.",
		}, anything, poisoned(precedes, "puts the tool before others")},
		{conformance.Rule{
			ID: "lint/security/blob", Title: "no description has a block of encoded text", Group: "security", Verdict: conformance.Warn,
			Why: "Nobody who reviews a tool decodes Base64 by eye; models do.",
			Fix: "Write the text as it is, or move data to a resource.",
		}, anything, encoded},
	}
}

// poisoned is a rule that finds an expression in prose.
func poisoned(p *pattern.Pattern, what string) func(*review) {
	return func(r *review) {
		for _, t := range r.texts {
			if len(t.value) < minAttack {
				continue
			}
			if found := p.FindString(clip(t.value)); found != "" {
				r.say(t.subject, "%s %s: %s", t.place, what, quote(found))
			}
		}
	}
}

// exfiltration looks for a private place and a request for it in one sentence: a
// tool may well say that it reads ~/.ssh/config itself.
func exfiltration(r *review) {
	for _, t := range r.texts {
		if len(t.value) < minAttack || !private.MatchString(clip(t.value)) {
			continue
		}
		for _, sentence := range sentences.FindAllString(clip(t.value), -1) {
			if private.MatchString(sentence) && taking.MatchString(sentence) {
				r.say(t.subject, "%s asks for private data: %s", t.place, quote(sentence))
				break
			}
		}
	}
}

func encoded(r *review) {
	for _, t := range r.texts {
		if !t.isProse() {
			continue
		}
		for _, found := range blob.FindAllString(clip(t.value), -1) {
			if varied(found) {
				r.say(t.subject, "%s has %d characters that look like Base64: %s", t.place, len(found), quote(found))
				break
			}
		}
	}
}

// varied reports whether letters of both cases and digits occur, as they do in
// encoded text of some length and not in lines, hashes and words.
func varied(s string) bool {
	var lower, upper, digit int
	for i := range len(s) {
		switch c := s[i]; {
		case c >= 'a' && c <= 'z':
			lower++
		case c >= 'A' && c <= 'Z':
			upper++
		case c >= '0' && c <= '9':
			digit++
		}
	}
	return lower > 8 && upper > 8 && digit > 2
}
