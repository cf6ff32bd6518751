package lint

import (
	"strings"
	"unicode"
)

// words takes an identifier or a text apart, in lower case: get_user, getUser,
// get-user and "Get user" are all [get user].
func words(s string) []string {
	var all []string
	var word []rune
	end := func() {
		if len(word) > 0 {
			all = append(all, strings.ToLower(string(word)))
			word = word[:0]
		}
	}
	var before rune
	for _, r := range s {
		isWord := unicode.IsLetter(r) || unicode.IsDigit(r)
		if !isWord || unicode.IsUpper(r) && unicode.IsLower(before) {
			end()
		}
		if isWord {
			word = append(word, r)
		}
		before = r
	}
	end()
	return all
}

// set is a set of words, as written with spaces between.
func set(list string) map[string]bool {
	all := map[string]bool{}
	for word := range strings.FieldsSeq(list) {
		all[word] = true
	}
	return all
}

// verbs are what tools do. Nouns that are also verbs are in: "log", "sample".
func verbs() map[string]bool {
	return set(`abort accept accumulate acknowledge activate add adjust aggregate alert align allocate analyse analyze annotate answer append
apply approve archive ask assert assess assign attach audit authenticate authorize await back backup ban batch begin bind block book browse build bulk buy calculate call
cancel capture cast change charge chat check checkout choose classify clean clear click clone close collapse collect combine comment commit
compare compile complete compose compress compute concat configure confirm connect consume contact continue convert copy correct count crawl create crop
cut deactivate debug decline decode decrease decrypt define delegate delete deliver deny deploy deprecate describe destroy detach detect diff
disable discard disconnect discover dismiss dispatch display divide do download draft drag draw drop dump duplicate echo edit elicit email emit emulate
enable encode encrypt end enrich enqueue ensure enter erase escalate estimate evaluate examine exchange exclude execute exit expand expire explain explore
export extend extract fail favorite fetch fill filter find finish fix flag flatten flush focus follow forecast fork format forward free freeze generate
geocode get give go grant greet grep group guess handle hash hide highlight hold hover identify ignore import increase increment index infer ingest
init initialise initialize insert inspect install instantiate interpret introspect invalidate invite invoke issue join keep kill label launch learn leave
like limit link list listen load locate lock log login logout lookup make manage map mark match measure merge migrate mint mock modify monitor
mount move multiply mute navigate negotiate normalize notify obtain open optimize order organize overwrite pack paint parse paste patch pause pay perform pick pin ping
place plan play poll pop populate post predict prepare present press preview print process produce profile promote prompt propose provide provision
prune publish pull purchase purge push put query queue quit quote rank rate read reactivate rebase reboot rebuild receive recommend reconcile record
redact redo reduce refactor refine refresh refund register reject release reload remember remind remove rename render renew reopen reorder repair repeat
replace replay reply report request require reschedule reserve reset resize resolve respond restart restore resume retrieve retry return reveal revert
review revise revoke roll rollback rotate round route run sample save scale scan schedule score scrape screenshot scroll search see select sell send serve set
share shift show shut shutdown shuffle sign simulate skip sleep slice snapshot solve sort spawn split star stage start stash stop store stream submit
subscribe subtract suggest sum summarise summarize suspend swap switch sync synchronize synthesize tag take tap tell terminate test think throw toggle touch trace
track train transcribe transfer transform translate trigger trim truncate try type unarchive unassign unblock uncheck undo unfollow uninstall unlink unlock unmount unpack unpin
unpublish unregister unstage unsubscribe unzip update upgrade upload upsert use validate verify view visit vote wait watch wipe withdraw wrap
write zip zoom gzip unset uncompress decompress hello say swipe`)
}

// changing are the verbs of tools that change something, destroying those of
// tools after which something is gone.
func changing() map[string]bool {
	all := destroying()
	for word := range set("write update insert append patch rename move upload upsert send post publish submit install uninstall kill terminate restart deploy revoke merge push edit modify pay purchase transfer") {
		all[word] = true
	}
	return all
}

func destroying() map[string]bool {
	return set("delete remove destroy erase purge wipe overwrite truncate drop uninstall")
}

// firstOf is the first of the words that is in the set, "" for none.
func firstOf(words []string, set map[string]bool) string {
	for _, word := range words {
		if set[word] {
			return word
		}
	}
	return ""
}
