package hours

import "sync/atomic"

// Answers come from blocks: the rules of a stretch of about 48 days, and the changes of state in it. A block is made on
// the first question about it and kept; it takes a few kilobytes. A calendar without questions costs nothing. Blocks
// that are 34 years apart replace each other, which bounds the memory of a calendar.
const (
	blockBits  = 22 // seconds of a block, as a power of two
	bucketBits = 14 // seconds of a bucket: about four and a half hours
	blockCount = 256
)

type blocks [blockCount]atomic.Pointer[block]

type block struct {
	number   int64 // of the block: Unix seconds >> blockBits
	segments []blockSegment
	// changes are the instants at which the state changes. Run r lasts from changes[r] to changes[r+1]; the first and
	// the last may lie far outside the block, or be never.
	changes []int64
	// buckets hold the segment with which each bucket begins.
	buckets [1 << (blockBits - bucketBits)]uint32
}

type blockSegment struct {
	rule *rule
	from uint32 // seconds after the block begins
	run  uint32
}

// find is the block of an instant and the segment's position in it.
func (c *Calendar) find(at int64) (*block, *blockSegment) {
	b := c.blocks[uint64(at>>blockBits)%blockCount].Load()
	if b == nil || b.number != at>>blockBits {
		b = c.makeBlock(at >> blockBits)
	}
	inside := uint32(at & (1<<blockBits - 1))
	i := int(b.buckets[inside>>bucketBits])
	for i+1 < len(b.segments) && b.segments[i+1].from <= inside {
		i++
	}
	return b, &b.segments[i]
}

// makeBlock makes a block and keeps it.
func (c *Calendar) makeBlock(number int64) *block {
	start := number << blockBits
	end := start + 1<<blockBits
	segments := c.segments(start, end)
	open := segments[0].rule.open
	b := &block{number: number, changes: []int64{c.before(start, open)}}
	b.segments = make([]blockSegment, 0, len(segments))
	for _, s := range segments {
		if s.rule.open != open {
			open = s.rule.open
			b.changes = append(b.changes, s.from)
		}
		if n := len(b.segments); n > 0 && b.segments[n-1].rule == s.rule {
			continue
		}
		b.segments = append(b.segments, blockSegment{s.rule, uint32(s.from - start), uint32(len(b.changes) - 1)})
	}
	b.changes = append(b.changes, c.after(end, open))
	at := uint32(0)
	for i := range b.buckets {
		for int(at)+1 < len(b.segments) && b.segments[at+1].from <= uint32(i)<<bucketBits {
			at++
		}
		b.buckets[i] = at
	}
	c.blocks[uint64(number)%blockCount].Store(b)
	return b
}
