package tui

import tea "charm.land/bubbletea/v2"

// wheelStep is how many lines one turn of the wheel moves by.
const wheelStep = 3

// mouse takes in a click or a turn of the wheel.
func (a *app) mouse(m tea.MouseMsg) tea.Cmd {
	at := m.Mouse()
	if a.small() || a.ask != nil {
		return nil
	}
	switch m.(type) {
	case tea.MouseWheelMsg:
		return a.wheel(at)
	case tea.MouseClickMsg:
		if at.Button == tea.MouseLeft {
			return a.click(at)
		}
	}
	return nil
}

func (a *app) wheel(at tea.Mouse) tea.Cmd {
	by := wheelMsg(wheelStep)
	switch at.Button {
	case tea.MouseWheelUp:
		by = -by
	case tea.MouseWheelDown:
	default:
		return nil
	}
	if len(a.over) > 0 {
		return a.over[len(a.over)-1].Update(by)
	}
	if area, ok := a.areaAt(at); ok {
		return a.screen().Panes()[area.pane].Update(by)
	}
	return nil
}

func (a *app) click(at tea.Mouse) tea.Cmd {
	if len(a.over) > 0 {
		return nil
	}
	if at.Y == 1 {
		a.clickTab(at.X)
		return nil
	}
	if strip := a.plan().strip; strip.h > 0 && at.Y >= strip.y && at.Y < strip.y+strip.h {
		return a.room.goTo(trafficName, 0)
	}
	area, ok := a.areaAt(at)
	if !ok {
		return nil
	}
	a.focusOn(area.pane)
	if c, ok := a.screen().Panes()[area.pane].(Clicker); ok && at.Y > area.y {
		return c.Click(at.X-area.x, at.Y-area.y-1)
	}
	return nil
}

func (a *app) areaAt(at tea.Mouse) (area, bool) {
	for _, area := range a.plan().panes {
		if at.X >= area.x && at.X < area.x+area.w && at.Y >= area.y && at.Y < area.y+area.h {
			return area, true
		}
	}
	return area{}, false
}

// clickTab shows the screen whose tab stands at column x.
func (a *app) clickTab(x int) {
	names := a.tabNames()
	from := 1
	for i, s := range a.screens {
		to := from + a.tab(i, s, names).Width()
		if x >= from && x < to {
			a.show(s.Name(), -1)
			return
		}
		from = to
	}
}
