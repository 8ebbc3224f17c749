package desktop

import (
	"fmt"
	"net/url"
	"strings"

	"patio/backend/crm"
)

// linkSchemes are what the program ever opens outside itself.
var linkSchemes = map[string]bool{"http": true, "https": true, "mailto": true, "tel": true}

// encodeLink writes a link so that the window's library takes it: it refuses
// what a shell could read, and that includes ! ( ) * ~, which are plain in a
// link and left alone by the usual encoders. They mean the same as %21 and so
// on. In the host nothing is encoded; what it refuses there stays refused.
func encodeLink(link string) (string, error) {
	parsed, err := url.Parse(link)
	if err != nil {
		return "", crm.NewError(crm.CodeInvalid, "url").Because(err)
	}
	web := parsed.Scheme == "http" || parsed.Scheme == "https"
	if !linkSchemes[parsed.Scheme] || web && parsed.Host == "" || parsed.User != nil {
		return "", crm.NewError(crm.CodeInvalid, "url")
	}
	if parsed.Opaque != "" {
		parsed.Opaque = encodeRefused(parsed.Opaque)
	}
	path := encodeRefused(parsed.EscapedPath())
	if parsed.Path, err = url.PathUnescape(path); err != nil {
		return "", crm.NewError(crm.CodeInvalid, "url").Because(err)
	}
	parsed.RawPath = path
	parsed.RawQuery = encodeRefused(parsed.RawQuery)
	fragment := encodeRefused(parsed.EscapedFragment())
	if parsed.Fragment, err = url.PathUnescape(fragment); err != nil {
		return "", crm.NewError(crm.CodeInvalid, "url").Because(err)
	}
	parsed.RawFragment = fragment
	return parsed.String(), nil
}

// encodeRefused writes every byte as %XX that the library refuses: its list of
// shell characters, controls, and all that is not ASCII.
func encodeRefused(part string) string {
	var b strings.Builder
	for i := range len(part) {
		c := part[i]
		if c <= ' ' || c >= 0x7f || strings.IndexByte(";|`$\\<>*{}[]()~!", c) >= 0 {
			fmt.Fprintf(&b, "%%%02X", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}
