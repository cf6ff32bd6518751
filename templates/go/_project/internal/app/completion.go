package app

// noteIDs are the values of arguments that name a note.
func (a *App) noteIDs() []string {
	var ids []string
	for _, n := range a.Notes.All() {
		ids = append(ids, n.ID)
	}
	return ids
}
