package format

import (
	"net/url"
	"strings"
)

// Links are made here and never in the page: Wails refuses to open an address
// that holds any of !()*~; or a space, most of which encodeURIComponent leaves.
var escapeRest = strings.NewReplacer("+", "%20", "~", "%7E")

// escape percent-encodes all but letters, digits, "-", "_" and ".".
func escape(text string) string {
	return escapeRest.Replace(url.QueryEscape(text))
}

// WhatsAppLink opens a conversation with an E.164 number, text typed in
// beforehand when it is not empty.
func WhatsAppLink(e164, text string) string {
	link := "https://wa.me/" + strings.TrimPrefix(e164, "+")
	if text != "" {
		link += "?text=" + escape(text)
	}
	return link
}

// TelLink dials an E.164 number. An extension has no place in it: its ";"
// would be refused.
func TelLink(e164 string) string {
	return "tel:" + e164
}

// MailLink opens a message to address; empty subject and body are left out.
func MailLink(address, subject, body string) string {
	link := "mailto:" + strings.ReplaceAll(escape(address), "%40", "@")
	mark := "?"
	for _, part := range [2][2]string{{"subject", subject}, {"body", strings.ReplaceAll(body, "\n", "\r\n")}} {
		if part[1] != "" {
			link += mark + part[0] + "=" + escape(part[1])
			mark = "&"
		}
	}
	return link
}
