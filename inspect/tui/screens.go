package tui

// screens are the tabs, from left to right.
func screens(r *Room) []Screen {
	return append([]Screen{
		newOverview(r),
		newTools(r),
		newResources(r),
		newPrompts(r),
		newTraffic(r),
		newLog(r),
		newPending(r),
		newFindings(r),
		newCompare(r),
	}, occasional(r)...)
}
