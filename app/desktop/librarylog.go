package desktop

import (
	"strings"

	"github.com/rs/zerolog"
)

// libraryLog is what the window's library writes to. Its messages quote whole
// calls, which hold what people typed: only what stands before that is kept.
type libraryLog struct{ log zerolog.Logger }

func (l libraryLog) Print(message string)   { l.write(zerolog.InfoLevel, message) }
func (l libraryLog) Trace(message string)   { l.write(zerolog.TraceLevel, message) }
func (l libraryLog) Debug(message string)   { l.write(zerolog.DebugLevel, message) }
func (l libraryLog) Info(message string)    { l.write(zerolog.InfoLevel, message) }
func (l libraryLog) Warning(message string) { l.write(zerolog.WarnLevel, message) }
func (l libraryLog) Error(message string)   { l.write(zerolog.ErrorLevel, message) }
func (l libraryLog) Fatal(message string)   { l.write(zerolog.ErrorLevel, message) }

func (l libraryLog) write(level zerolog.Level, message string) {
	l.log.WithLevel(level).Str("library", withoutCalls(message)).Msg("window library")
}

func withoutCalls(message string) string {
	if i := strings.IndexAny(message, "{[\"'`"); i >= 0 {
		message = message[:i]
	}
	const most = 120
	if len(message) > most {
		message = message[:most]
	}
	return strings.ToValidUTF8(strings.TrimSpace(message), "")
}
