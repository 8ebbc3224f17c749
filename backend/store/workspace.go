package store

import (
	"context"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	_ "time/tzdata" // store PCs with Windows have no zone files

	"github.com/google/uuid"

	"patio/backend/crm"
	"patio/backend/format"
)

// Workspace is what the window holds in memory: the small entities that cards
// refer to by id, and the settings. Entities that were deleted are left out;
// retired ones stay, for what refers to them.
type Workspace struct {
	Users     []crm.User     `json:"users"`
	Shops     []crm.Shop     `json:"shops"`
	Pipelines []crm.Pipeline `json:"pipelines"` // by position
	Stages    []crm.Stage    `json:"stages"`    // by position; deleted ones, too, as long as leads stand there
	Sources   []crm.Source   `json:"sources"`   // by name
	Tags      []crm.Tag      `json:"tags"`      // by name
	Reasons   []crm.Reason   `json:"reasons"`   // by position
	Fields    []crm.Field    `json:"fields"`    // of leads, then of contacts, by position; with their choices
	Views     []crm.View     `json:"views"`     // everybody\'s, by position

	Former   []crm.Stage       `json:"former"` // every deleted stage: history names them
	Settings map[string]string `json:"settings"`
}

// Keys of settings.
const (
	SettingLanguage  = "language"
	SettingCurrency  = "currency" // ISO 4217, of new leads
	SettingZone      = "zone"     // IANA
	SettingStarted   = "started"
	SettingIdleDays  = "idle_days"      // without a contact, after which a lead counts as left alone
	SettingRetention = "retention_days" // that a discarded lead rests in the archive before it is purged
	SettingRemind    = "remind"         // of what is planned, unless its planner says otherwise; as crm.Activity.Remind
	SettingMorning   = "morning"        // minutes since midnight when reminders of what has no hour are said
	SettingFileMB    = "attachment_mb"  // that a photo or document may have at most
)

// SettingRequired is the key that says whether new leads need a field: "1" or
// "". Each field has one of its own, so that two people may choose apart.
func SettingRequired(field string) string { return "required." + field }

// Morning answers when reminders of what has no hour are said, in minutes since
// midnight; what is no time of a day is the default.
func (w *Workspace) Morning() int {
	minutes, err := strconv.Atoi(w.Settings[SettingMorning])
	if err != nil || minutes < 0 || minutes >= 24*60 {
		return defaultMorning
	}
	return minutes
}

const defaultMorning = 9 * 60

const defaultZone = "America/Sao_Paulo"

// Days answers a setting that counts days.
func (w *Workspace) Days(key string) int { return Days(key, w.Settings[key]) }

// Days reads a setting that counts days; one that nobody set, or that is no
// number, is as it was made ready.
func Days(key, value string) int {
	if n, err := strconv.Atoi(value); err == nil && n >= 0 {
		return n
	}
	n, _ := strconv.Atoi(readySettings()[key])
	return n
}

// readySettings are those of a workspace where nobody has set anything.
func readySettings() map[string]string {
	return map[string]string{
		SettingLanguage: string(crm.Portuguese), SettingCurrency: "BRL", SettingZone: defaultZone,
		SettingIdleDays: "7", SettingRetention: "90", SettingRemind: "15", SettingMorning: strconv.Itoa(defaultMorning), SettingFileMB: strconv.Itoa(defaultFileMB),
	}
}

// AttachmentBytes answers how large an attachment may be.
func (w *Workspace) AttachmentBytes() int64 {
	mb := w.Days(SettingFileMB)
	if mb < 1 || mb > MaxFileMB {
		mb = defaultFileMB
	}
	return int64(mb) << 20
}

const (
	defaultFileMB = 10
	MaxFileMB     = 25 // as much as a hub takes, unless told otherwise
)

// Requires says whether new leads need a field.
func (w *Workspace) Requires(field string) bool { return w.Settings[SettingRequired(field)] == "1" }

// Takes says whether leads may be put into a stage: it is there, and is not one
// that is only shown until its leads were moved.
func (w *Workspace) Takes(stageID string) bool {
	named := func(st crm.Stage) bool { return st.ID == stageID }
	return slices.ContainsFunc(w.Stages, named) && !slices.ContainsFunc(w.Former, named)
}

// StagesOf answers the stages of a pipeline in their order, without those that
// were deleted.
func (w *Workspace) StagesOf(pipelineID string) []crm.Stage {
	var out []crm.Stage
	for _, st := range w.Stages {
		if st.PipelineID == pipelineID && w.Takes(st.ID) {
			out = append(out, st)
		}
	}
	return out
}

// workspaceCache holds the workspace until something in it changes.
type workspaceCache struct {
	mu      sync.Mutex
	w       *Workspace
	deleted map[int64]bool // refs of all deleted stages
}

// names says whether what a change did to the counters of stages changes the
// workspace: a deleted one comes back with the first lead, and goes with the last.
func (c *workspaceCache) names(totals map[totalKey]counted) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	for key := range totals {
		if c.deleted[key.stage] {
			return true
		}
	}
	return false
}

func (s *Store) forgetWorkspace() {
	s.workspace.mu.Lock()
	s.workspace.w = nil
	s.workspace.mu.Unlock()
}

// Workspace answers the small entities. The answer is shared: don't change it.
func (s *Store) Workspace(ctx context.Context) (*Workspace, error) {
	s.workspace.mu.Lock()
	defer s.workspace.mu.Unlock()
	if s.workspace.w != nil {
		return s.workspace.w, nil
	}
	w := &Workspace{
		Users: []crm.User{}, Shops: []crm.Shop{}, Pipelines: []crm.Pipeline{}, Stages: []crm.Stage{}, Former: []crm.Stage{},
		Sources: []crm.Source{}, Tags: []crm.Tag{}, Reasons: []crm.Reason{}, Fields: []crm.Field{}, Views: []crm.View{},
		Settings: readySettings(),
	}
	var err error
	list := func(kind crm.Kind, add func(any)) {
		if err == nil {
			err = s.each(ctx, s.tables[kind], "deleted=0 ORDER BY id", add)
		}
	}
	list(crm.KindUser, func(e any) { w.Users = append(w.Users, *e.(*crm.User)) })
	list(crm.KindShop, func(e any) { w.Shops = append(w.Shops, *e.(*crm.Shop)) })
	list(crm.KindPipeline, func(e any) { w.Pipelines = append(w.Pipelines, *e.(*crm.Pipeline)) })
	list(crm.KindStage, func(e any) { w.Stages = append(w.Stages, *e.(*crm.Stage)) })
	list(crm.KindSource, func(e any) { w.Sources = append(w.Sources, *e.(*crm.Source)) })
	list(crm.KindTag, func(e any) { w.Tags = append(w.Tags, *e.(*crm.Tag)) })
	list(crm.KindReason, func(e any) { w.Reasons = append(w.Reasons, *e.(*crm.Reason)) })
	list(crm.KindView, func(e any) { w.Views = append(w.Views, *e.(*crm.View)) })
	list(crm.KindSetting, func(e any) { v := e.(*crm.Setting); w.Settings[v.Key] = v.Value })
	if err == nil {
		err = s.addFormer(ctx, w)
	}
	if err == nil {
		w.Fields, err = s.readFields(ctx)
	}
	if err != nil {
		return nil, s.fail("read workspace", err)
	}
	if len(w.Pipelines) > 0 && !slices.ContainsFunc(w.Pipelines, func(p crm.Pipeline) bool { return !p.Retired }) {
		w.Pipelines[0].Retired = false // two put the last two away apart; the board has to show something
	}
	slices.SortStableFunc(w.Pipelines, func(a, b crm.Pipeline) int { return int(a.Pos - b.Pos) })
	slices.SortStableFunc(w.Stages, func(a, b crm.Stage) int { return int(a.Pos - b.Pos) })
	slices.SortStableFunc(w.Reasons, func(a, b crm.Reason) int { return int(a.Pos - b.Pos) })
	slices.SortStableFunc(w.Views, func(a, b crm.View) int { return int(a.Pos - b.Pos) })
	slices.SortStableFunc(w.Sources, func(a, b crm.Source) int { return strings.Compare(format.Fold(a.Name), format.Fold(b.Name)) })
	slices.SortStableFunc(w.Tags, func(a, b crm.Tag) int { return strings.Compare(format.Fold(a.Name), format.Fold(b.Name)) })
	s.workspace.w = w
	return w, nil
}

// addFormer reads the deleted stages. Those into which another device put leads
// meanwhile stay among the stages, so that no lead is ever out of sight. They
// need no write to come back: two devices that hold the same show the same.
func (s *Store) addFormer(ctx context.Context, w *Workspace) error {
	s.workspace.deleted = map[int64]bool{}
	if err := s.each(ctx, s.tables[crm.KindStage], "deleted=1 ORDER BY id", func(e any) { w.Former = append(w.Former, *e.(*crm.Stage)) }); err != nil {
		return err
	}
	for _, st := range w.Former {
		ref, known := s.findRef(st.ID)
		if !known {
			continue // no lead ever stood there
		}
		s.workspace.deleted[ref] = true
		n, err := s.ints(ctx, "SELECT coalesce(sum(n),0) FROM lead_totals WHERE tag=0 AND stage=?", ref)
		if err != nil {
			return err
		}
		if n[0] > 0 {
			w.Stages = append(w.Stages, st)
		}
	}
	return nil
}

// each calls f with every entity that a condition names, without its sets.
func (s *Store) each(ctx context.Context, t *table, where string, f func(any), args ...any) error {
	rows, err := s.query(ctx, t.selectSQL+" WHERE "+where, args...)
	if err != nil {
		return err
	}
	list, err := scanRows(s, t, rows)
	if err != nil {
		return err
	}
	for _, r := range list {
		f(r.v.Addr().Interface())
	}
	return nil
}

// Read answers one entity with its sets, through the readers; not_found when
// there is none or it was deleted.
func Read[T any](ctx context.Context, s *Store, id string) (*T, error) {
	t := s.tableOf(reflect.TypeFor[T]())
	if err := CheckID("id", id); err != nil {
		return nil, err
	}
	list, err := readAll(ctx, s, t, "id=? AND deleted=0", blob(id))
	if err != nil {
		return nil, s.fail("read "+t.name, err)
	}
	if len(list) == 0 {
		return nil, crm.NewError(crm.CodeNotFound, "id", "id", id, "kind", t.name)
	}
	return list[0].v.Addr().Interface().(*T), nil
}

// readAll reads entities with their sets through the readers.
func readAll(ctx context.Context, s *Store, t *table, where string, args ...any) ([]found, error) {
	rows, err := s.query(ctx, t.selectSQL+" WHERE "+where, args...)
	if err != nil {
		return nil, err
	}
	list, err := scanRows(s, t, rows)
	if err != nil {
		return nil, err
	}
	for _, r := range list {
		if err := readSets(t, r.rid, r.v, s.queryIn(ctx), s); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// Zone answers the workspace's time zone.
func (s *Store) Zone() *time.Location {
	w, err := s.Workspace(context.Background())
	if err != nil {
		return zoneOf(defaultZone)
	}
	return zoneOf(w.Settings[SettingZone])
}

// zoneOf answers a zone, the usual one for a name that is none.
func zoneOf(name string) *time.Location {
	for _, name := range []string{name, defaultZone} {
		if z, err := time.LoadLocation(name); err == nil && name != "" {
			return z
		}
	}
	return time.UTC
}

// nameSpace derives ids from names: tags, sources, reasons and settings that
// two replicas make apart are one record.
var nameSpace = uuid.MustParse("01900000-0000-7000-8000-00000000feed")

// NamedID derives the id of a small entity from its kind and folded name.
func NamedID(kind crm.Kind, name string) string {
	return uuid.NewSHA1(nameSpace, []byte(string(rune('A'+int(kind)))+format.Fold(name))).String()
}

// MarkID derives the id of a lead's mark.
func MarkID(leadID string) string {
	return derivedID("mark", leadID)
}

// derivedID makes the same id of the same records on every device.
func derivedID(what string, ids ...string) string {
	name := []byte(what)
	for _, id := range ids {
		name = append(name, blob(id)...)
	}
	return uuid.NewSHA1(nameSpace, name).String()
}

// writeReady fills a database that has no pipelines yet.
func (s *Store) writeReady(ctx context.Context) error {
	w, err := s.Workspace(ctx)
	if err != nil || len(w.Pipelines) > 0 {
		return err
	}
	_, err = s.Transact(ctx, Op{Label: "setup.ready", NoUndo: true, Quiet: true}, func(tx *Tx) error { return PutReady(tx, crm.Portuguese) })
	return err
}

// PutReady writes the ready records with their names in a language.
func PutReady(tx *Tx, lang crm.Lang) error {
	var err error
	put := func(e error) {
		if err == nil {
			err = e
		}
	}
	put(Put(tx, &crm.Shop{ID: crm.ReadyShop, Name: map[crm.Lang]string{crm.Portuguese: "Minha loja", crm.English: "My store", crm.Spanish: "Mi tienda"}[lang]}))
	for i, p := range crm.ReadyPipelines() {
		put(Put(tx, &crm.Pipeline{ID: p.ID, Name: p.Names[lang], Kind: p.Kind, Pos: int64(i + 1), Retired: p.Retired}))
		for j, st := range p.Stages {
			put(Put(tx, &crm.Stage{ID: st.ID, PipelineID: p.ID, Name: st.Names[lang], Kind: st.Kind, Pos: int64(j + 1), StaleDays: st.StaleDays}))
		}
	}
	for _, n := range crm.ReadySources() {
		put(Put(tx, &crm.Source{ID: NamedID(crm.KindSource, n[crm.Portuguese]), Name: n[lang]}))
	}
	for _, r := range crm.ReadyReasons() {
		put(Put(tx, &crm.Reason{ID: NamedID(crm.KindReason, r.Kind+" "+r.Names[crm.Portuguese]), Kind: r.Kind, Name: r.Names[lang]}))
	}
	put(PutSetting(tx, SettingLanguage, string(lang)))
	return err
}

// PutSetting writes one setting of the workspace.
func PutSetting(tx *Tx, key, value string) error {
	return Put(tx, &crm.Setting{ID: NamedID(crm.KindSetting, key), Key: key, Value: value})
}
