package crm

import "time"

// What Activity.Remind says beside minutes before.
const (
	RemindNever = 0
	RemindThen  = -1 // at the hour itself
)

// MaxRemind is four weeks, in minutes.
const MaxRemind = 4 * 7 * dayMinutes

const dayMinutes = 24 * 60

// CheckRemind refuses what is no reminder.
func CheckRemind(minutes int64) error {
	if minutes < RemindThen || minutes > MaxRemind {
		return NewError(CodeInvalid, "remind")
	}
	return nil
}

// RemindAt answers when somebody is reminded of an activity, in ms UTC; 0 for
// never. What has no hour is said in the morning, minutes since midnight in
// zone, of its day, or of as many whole days before as Remind has. Where clocks
// leap over that morning it is as much later.
func (a *Activity) RemindAt(zone *time.Location, morning int) int64 {
	if a.Remind == RemindNever || a.DoneAt > 0 {
		return 0
	}
	if a.DueAt > 0 {
		return a.DueAt - max(a.Remind, 0)*time.Minute.Milliseconds()
	}
	day, err := time.Parse(time.DateOnly, a.DueDay)
	if err != nil {
		return 0
	}
	day = day.AddDate(0, 0, -int(max(a.Remind, 0)/dayMinutes))
	return timeOfDay(day, morning, zone).UnixMilli()
}

// Morning answers the next morning after t: where "tomorrow" puts off to.
func Morning(t time.Time, zone *time.Location, morning int) time.Time {
	return timeOfDay(t.In(zone).AddDate(0, 0, 1), morning, zone)
}

// timeOfDay answers a calendar day's time. One that clocks leap over is as much
// later.
func timeOfDay(day time.Time, minutes int, zone *time.Location) time.Time {
	t := time.Date(day.Year(), day.Month(), day.Day(), 0, minutes, 0, 0, zone)
	if t.Day() == day.Day() && t.Hour()*60+t.Minute() == minutes {
		return t
	}
	_, before := t.AddDate(0, 0, -1).Zone()
	return time.Date(day.Year(), day.Month(), day.Day(), 0, minutes, 0, 0, time.FixedZone("", before)).In(zone)
}

// Reminder is one that a person is to be told.
type Reminder struct {
	ActivityID string `json:"activityId"`
	At         int64  `json:"at"`  // ms UTC
	Due        int64  `json:"due"` // ms UTC after which it is overdue
}
