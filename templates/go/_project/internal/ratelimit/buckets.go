package ratelimit

import (
	"container/list"
	"sync"

	"golang.org/x/time/rate"
)

// buckets holds one bucket for each caller, for the most recent callers only:
// made-up callers must not fill the memory. A caller who was forgotten begins
// with a full bucket, so there is room for far more callers than are expected.
type buckets struct {
	max, perMinute, burst int

	mu     sync.Mutex
	byID   map[string]*list.Element
	recent *list.List // of entry, the latest in front
}

type entry struct {
	id     string
	bucket *rate.Limiter
}

func newBuckets(max, perMinute, burst int) *buckets {
	return &buckets{max: max, perMinute: perMinute, burst: burst, byID: map[string]*list.Element{}, recent: list.New()}
}

func (b *buckets) of(id string) *rate.Limiter {
	b.mu.Lock()
	defer b.mu.Unlock()
	if e, ok := b.byID[id]; ok {
		b.recent.MoveToFront(e)
		return e.Value.(entry).bucket
	}
	if b.recent.Len() >= max(b.max, 1) {
		oldest := b.recent.Back()
		delete(b.byID, b.recent.Remove(oldest).(entry).id)
	}
	e := entry{id, bucket(b.perMinute, b.burst)}
	b.byID[id] = b.recent.PushFront(e)
	return e.bucket
}
