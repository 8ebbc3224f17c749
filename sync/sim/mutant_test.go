package sim

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// mutant is a fault put into a package that ships. A simulation that does not
// notice it proves nothing.
type mutant struct {
	name string
	file string // below sync
	old  string
	new  string
	mix  string // in which it shows
}

// mutants break one rule each.
var mutants = []mutant{
	{"a merge forgets what the other side removed", "record/merge.go", "if f := mine[0]; !told(f.Key) || !d.Seen.Has(f.Dot) {", "if f := mine[0]; true || !told(f.Key) {", "peace"},
	{"a merge brings back what was replaced here", "record/merge.go", "if f := theirs[0]; !s.Seen.Has(f.Dot) {", "if f := theirs[0]; true {", "wire"},
	{"a pull joins instead of taking", "record/merge.go", "	joined := s.Clone()\n", "	if true {\n		s.Merge(h.Whole(), own.Replica)\n		return\n	}\n	joined := s.Clone()\n", "peace"},
	{"a pull overwrites what waits", "record/merge.go", "			if dirty(mine[0].Key) {", "			if false && dirty(mine[0].Key) {", "wire"},
	{"a partial state claims the whole vector", "client/client.go", "	return h.State.Partial(own.Dirty, own.Life, h.Hub.At(me))", "	return h.State.Partial(own.Dirty[:min(1, len(own.Dirty))], own.Life && len(own.Dirty) == 0, h.Hub.At(me))", "peace"},
	{"an answer clears what was written since", "client/client.go", "return w.N <= v.frozen.N", "return true", "wire"},
	{"a clock ten years ahead wins for ten years", "hub/honest.go", "			f.At = min(f.At, limit)\n", "			_ = limit\n", "clocks"},
	{"a refused write is filed nowhere", "client/client.go", "		if slices.Contains(v.Refused, f.Key) {", "		if false {", "peace"},
	{"a copy of a database goes unnoticed", "hub/push.go", "if p.Batch != d.Batch+1 || p.Ask.Answered != d.Batch || p.Ask.Hash != d.Hash {", "if false {", "copies"},
	{"only pushes are asked which copy they come from", "hub/pull.go", "if p.Ask.Answered != d.Batch || p.Ask.Hash != d.Hash {", "if false {", "restores"},
	{"a new number keeps the old one's vector", "record/merge.go", "	s.Seen = s.Seen.Renamed(from, to, acked)", "	s.Seen = s.Seen.With(vv.Dot{Replica: to, N: s.Seen.At(from)})", "copies"},
	{"a lost answer's batch is made anew", "client/client.go", "		if err != nil || m.Sent != nil {", "		if err != nil {", "wire"},
	{"a page moves the mark and not the rows", "client/pull.go", "			gone, err := m.row(tx, row)", "			if row.Seq%7 == 0 {\n				continue\n			}\n			gone, err := m.row(tx, row)", "peace"},
	{"nobody hears that a record left", "hub/batch.go", "			if !slices.Contains(k.row.Scopes, scope) {", "			if false {", "scopes"},
	{"a record that left takes edits along", "client/pull.go", "		if h == nil || len(h.Waits) > 0 || h.Seq >= row.Seq {", "		if h == nil || h.Seq >= row.Seq {", "scopes"},
	{"what a scope no longer shows stays", "client/client.go", "	for _, id := range outside {", "	for _, id := range outside[:0] {", "scopes"},
	{"an edit of what is out of reach is filed nowhere", "client/client.go", "		if err := v.fileAll(r, h); err != nil {", "		if err := v.file(r, h); err != nil {", "scopes"},
	{"erased ids are taken in again", "hub/batch.go", "	maps.Copy(b.erased, erased)\n", "	_ = erased\n", "erasure"},
	{"devices don't hear of erasures", "client/pull.go", "		for _, id := range page.Erased {", "		for _, id := range page.Erased[:0] {", "erasure"},
	{"what was filed of an erased record stays", "client/pull.go", "			if err := tx.Erase(id); err != nil {", "			if h == nil {\n				continue\n			}\n			if err := tx.Drop(id); err != nil {", "erasure"},
	{"who comes back with another code is not judged", "hub/hub.go", "past.Heard && (lost || rolledBack)", "past.Heard && (lost || rolledBack || true)", "revoked"},
	{"after a restore nothing is brought back", "client/client.go", "refusal.Code == protocol.CodeEpoch)", "false)", "hub"},
	{"what is brought back is judged as new", "hub/push.go", "	if !b.back(it) {\n		if err := honest", "	if true {\n		if err := honest", "hub"},
	{"a hub that went back goes unnoticed", "hub/hub.go", "} else if token != ask.Head.Token {", "} else if false && token != ask.Head.Token {", "rollback"},
	{"a call stays where its deal was", "hub/place.go", "			if kid.follows(id) {", "			if false {", "family"},
	{"a person is in one of its deals' shops", "hub/place.go", "			out = append(out, kid.row.Scopes...)", "			out = slices.Clone(kid.row.Scopes)", "family"},
	{"a person doesn't hear that its deal is another's", "hub/place.go", "		for _, parent := range slices.Concat(k.refs, k.up) {", "		for _, parent := range k.up {", "family"},
	{"a child that came first isn't waited for", "hub/place.go", "			if kid.follows(id) {", "			if k.there && kid.follows(id) {", "family"},
	{"what nothing places is nowhere", "hub/place.go", "		return b.d.home()", "		return nil", "family"},
	{"nobody hears that what went along left", "hub/batch.go", "			if !slices.Contains(k.row.Scopes, scope) {", "			if k.written && !slices.Contains(k.row.Scopes, scope) {", "family"},
	{"what left one scope isn't told to who sees the other", "hub/pull.go", "		if row == nil {", "		if row != nil && c.Left {\n			continue\n		}\n		if row == nil {", "moves"},
	{"everything is not what is in no scope", "hub/policy.go", "		return g.Scope == Everything || ", "		return g.Scope == Everything && len(scopes) > 0 || ", "family"},
	{"a live child doesn't revive its parent", "hub/repair.go", "			parents = append(parents, k.up...)", "			_ = k.up", "family"},
	{"a parent dies while its child lives", "hub/repair.go", "			dead = append(dead, id)", "			_ = id", "family"},
	{"a dead child holds its parent", "hub/repair.go", "return kid.place.Holds && !kid.state.Dead()", "return kid.place.Holds", "family"},
	{"an erased parent leaves its children", "hub/repair.go", "				next = append(next, kid.row.ID)", "				_ = kid", "tatters"},
	{"what refers to an erased record is taken in", "hub/push.go", "		if b.erased[parent] {", "		if false && b.erased[parent] {", "tatters"},
	{"what is brought back from elsewhere is gone", "hub/push.go", "!b.back(it) && !b.d.Sees", "!b.d.Sees", "ruins"},
	{"a digest round takes nothing again", "client/digest.go", "			if !differs {", "			if true || !differs {", "flips"},
	{"a digest is of one grant", "hub/digest.go", "		if err := eachIn(v, g.Scope, 0,", "		if i > 0 {\n			break\n		}\n		if err := eachIn(v, g.Scope, 0,", "flips"},
	{"one grant's records are taken again", "client/digest.go", "	for _, g := range answer.Hub.Grants {", "	for _, g := range answer.Hub.Grants[:1] {", "flips"},
	{"a push moves marks past what its sender wasn't told", "hub/push.go", "		if !some {", "		if _ = some; true {", "peace"},
	{"who pushes doesn't hear what else that changed", "hub/push.go", "			rows = append(rows, *row)", "			_ = rows", "family"},
	{"a page moves the marks of other grants past news", "hub/pull.go", "		case !some:", "		case mark != p.Mark || !some:", "family"},
	{"a new number forgets what it heard of the hub", "client/client.go", "		if !restored {\n			anew", "		if false {\n			anew", "revoked"},
	{"a word is taken that leaves a gap", "client/hear.go", "w.From <= m.Pulled()", "w.From < 1<<62", "words"},
	{"a word is taken by a copy", "client/hear.go", "w.Batch <= m.Answered && ", "", "echoes"},
	{"a word is taken that was said to who saw something else", "client/hear.go", "g.Number == number })", "g.Number > 0 && number > 0 || true }) || true", "words"},
	{"a stream hides that the hub went back", "hub/listen.go", "			d, err = admit(v, head, ask, key)", "			ask.Epoch, ask.Head = record.ID{}, protocol.Head{}\n			d, err = admit(v, head, ask, key)", "rumours"},
	{"a word doesn't say that a record left", "hub/room.go", "} else if who.Sees(c.rows[i].was...) {", "} else if false {", "words"},
	{"a word doesn't say that a record was erased", "hub/room.go", "m.much = m.all || ", "m.much = ", "tales"},
	{"a word claims to go on from where it doesn't", "hub/listen.go", "From: e.from,", "From: min(e.from, 1),", "words"},
	{"a word leaves out a commit", "hub/listen.go", "		if line != \"\" {", "		if line != \"\" && c.head.Seq%5 != 0 {", "words"},
}

// mutantSeeds is within how many runs a mutant must show.
const mutantSeeds = 600

var failedAt = regexp.MustCompile(`seed (\d+): .*`)

func TestEachMutantIsCaught(t *testing.T) {
	if os.Getenv("PATIO_SIM_MIX") != "" {
		return // this run is a mutant's
	}
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range mutants {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(root, m.file)
			source, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if n := strings.Count(string(source), m.old); n != 1 {
				t.Fatalf("%s has the place %d times: %q", m.file, n, m.old)
			}
			dir := t.TempDir()
			changed := filepath.Join(dir, "changed.go")
			if err := os.WriteFile(changed, []byte(strings.Replace(string(source), m.old, m.new, 1)), 0o600); err != nil {
				t.Fatal(err)
			}
			overlay, err := json.Marshal(map[string]any{"Replace": map[string]string{path: changed}})
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, "overlay.json"), overlay, 0o600); err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
			defer cancel()
			cmd := exec.CommandContext(ctx, "go", "test", "-overlay", filepath.Join(dir, "overlay.json"), "-vet=off", "-count=1", "-run", "^TestReplicasAgreeAndNothingIsLost$", ".")
			cmd.Env = append(os.Environ(), "PATIO_SIM_MIX="+m.mix, "PATIO_SIM_SEEDS="+strconv.Itoa(mutantSeeds))
			out, err := cmd.CombinedOutput()
			found := failedAt.FindString(string(out))
			if err == nil || found == "" {
				t.Fatalf("not caught in %d seeds of %s:\n%s", mutantSeeds, m.mix, out)
			}
			t.Logf("%s, %.200s", m.mix, found)
		})
	}
}
