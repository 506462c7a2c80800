package simulator

import (
	"net/http"
	"slices"
	"strconv"
)

var queueEndpoints = []endpoint{
	{"POST /Queues.json", fields{"FriendlyName": someText(64).must(22001), "MaxSize": integer(1, 5000)},
		(*Simulator).createQueue},
	{"GET /Queues.json", listFields(nil), (*Simulator).listQueues},
	{"GET /Queues/{queue}", fields{}, (*Simulator).fetchQueue},
	{"POST /Queues/{queue}", fields{"FriendlyName": someText(64), "MaxSize": integer(1, 5000)},
		(*Simulator).updateQueue},
	{"DELETE /Queues/{queue}", fields{}, (*Simulator).deleteQueue},
	{"GET /Queues/{queue}/Members.json", listFields(nil), (*Simulator).listMembers},
	{"GET /Queues/{queue}/Members/{sid}", fields{}, (*Simulator).fetchMember},
	{"POST /Queues/{queue}/Members/{sid}", fields{"Url": webURL().must(codeParameter), "Method": verb()},
		(*Simulator).updateMember},
}

func (c *Simulator) queueOf(r request) (*queue, *restError) {
	for _, q := range c.queues {
		if q.sid == r.path("queue") {
			return q, nil
		}
	}
	return nil, refuse(http.StatusNotFound, codeNotFound, "Queue %s was not found", r.path("queue"))
}

// memberOf finds a member by call SID, or the one who is next by the name "Front".
func (c *Simulator) memberOf(r request) (*queue, *member, *restError) {
	q, no := c.queueOf(r)
	if no != nil {
		return nil, nil, no
	}
	sid := r.path("sid")
	for _, m := range q.members {
		if m.leg.sid == sid || sid == "Front" {
			return q, m, nil
		}
	}
	return nil, nil, refuse(http.StatusNotFound, codeNotFound, "Member %s was not found in queue %s", sid, q.sid)
}

func (c *Simulator) createQueue(r request) (reply, *restError) {
	name := r.form.Get("FriendlyName")
	if c.queueNamed(name) != nil {
		return reply{}, refuse(http.StatusBadRequest, 22003, "A queue named %q exists already", name)
	}
	q := c.newQueue(name, defaultQueueSize)
	q.setSize(r)
	return reply{status: http.StatusCreated, value: c.queueJSON(q)}, nil
}

func (c *Simulator) fetchQueue(r request) (reply, *restError) {
	q, no := c.queueOf(r)
	if no != nil {
		return reply{}, no
	}
	return reply{value: c.queueJSON(q)}, nil
}

func (c *Simulator) updateQueue(r request) (reply, *restError) {
	q, no := c.queueOf(r)
	if no != nil {
		return reply{}, no
	}
	if name := r.form.Get("FriendlyName"); name != "" {
		if other := c.queueNamed(name); other != nil && other != q {
			return reply{}, refuse(http.StatusBadRequest, 22003, "A queue named %q exists already", name)
		}
		q.name = name
	}
	q.setSize(r)
	q.updated = c.clock.Now()
	return reply{value: c.queueJSON(q)}, nil
}

func (q *queue) setSize(r request) {
	if n, err := strconv.Atoi(r.form.Get("MaxSize")); err == nil {
		q.max = n
	}
}

func (c *Simulator) deleteQueue(r request) (reply, *restError) {
	q, no := c.queueOf(r)
	if no != nil {
		return reply{}, no
	}
	if len(q.members) > 0 {
		return reply{}, refuse(http.StatusBadRequest, 22002, "Queue %s is not empty", q.sid)
	}
	c.queues = slices.DeleteFunc(c.queues, func(x *queue) bool { return x == q })
	return reply{status: http.StatusNoContent}, nil
}

func (c *Simulator) listQueues(r request) (reply, *restError) {
	var items []any
	for _, q := range c.queues {
		items = append(items, c.queueJSON(q))
	}
	return page(r, c.accountPath()+"/Queues.json", "queues", items), nil
}

func (c *Simulator) listMembers(r request) (reply, *restError) {
	q, no := c.queueOf(r)
	if no != nil {
		return reply{}, no
	}
	var items []any
	for _, m := range q.members {
		items = append(items, c.memberJSON(q, m))
	}
	return page(r, c.accountPath()+"/Queues/"+q.sid+"/Members.json", "queue_members", items), nil
}

func (c *Simulator) fetchMember(r request) (reply, *restError) {
	q, m, no := c.memberOf(r)
	if no != nil {
		return reply{}, no
	}
	return reply{value: c.memberJSON(q, m)}, nil
}

func (c *Simulator) updateMember(r request) (reply, *restError) {
	q, m, no := c.memberOf(r)
	if no != nil {
		return reply{}, no
	}
	if m.claimed || m.leg.interrupted() {
		return reply{}, refuse(http.StatusBadRequest, 22004, "Call %s is leaving queue %s already", m.leg.sid, q.sid)
	}
	answer := c.memberJSON(q, m)
	m.takeOut(source{kind: KindRedirect, url: r.form.Get("Url"), method: orPost(r.form.Get("Method"))})
	return reply{value: answer}, nil
}

func (c *Simulator) queueJSON(q *queue) map[string]any {
	return map[string]any{"sid": q.sid, "friendly_name": q.name, "max_size": q.max, "current_size": len(q.members),
		"average_wait_time": int(q.averageWait(c.clock.Now()).Seconds()), "account_sid": c.opts.AccountSID,
		"date_created": rfcDate(q.created), "date_updated": rfcDate(q.updated),
		"uri": c.accountPath() + "/Queues/" + q.sid + ".json"}
}

func (c *Simulator) memberJSON(q *queue, m *member) map[string]any {
	return map[string]any{"call_sid": m.leg.sid, "queue_sid": q.sid, "position": q.position(m),
		"wait_time": int(c.clock.Now().Sub(m.since).Seconds()), "date_enqueued": rfcDate(m.since),
		"uri": c.accountPath() + "/Queues/" + q.sid + "/Members/" + m.leg.sid + ".json"}
}
