// Package progress tells a client how far a call has come.
package progress

import (
	"context"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// More often than this no person looks.
const interval = 100 * time.Millisecond

// Reporter tells one call's progress. It is for one goroutine.
type Reporter struct {
	session *mcp.ServerSession
	token   any
	total   float64
	next    time.Time
}

// For returns the reporter of a call that has total steps. If the client did not
// ask for progress, it reports nothing.
func For(req *mcp.CallToolRequest, total int) *Reporter {
	return &Reporter{session: req.Session, token: req.Params.GetProgressToken(), total: float64(total)}
}

// Step tells that a number of steps are done. It returns an error once the call
// has been cancelled, which is the place to stop the work. Reports that come too
// fast are left out, except the last.
func (r *Reporter) Step(ctx context.Context, done int, message string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	now := time.Now()
	if r.token == nil || now.Before(r.next) && float64(done) < r.total {
		return nil
	}
	r.next = now.Add(interval)
	return r.session.NotifyProgress(ctx, &mcp.ProgressNotificationParams{
		ProgressToken: r.token,
		Progress:      float64(done),
		Total:         r.total,
		Message:       message,
	})
}
