package corpus

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// createMessageRequest asks the client's model to go on with a long conversation: 20 messages with text in several
// scripts, emoji, escapes of every form, tool calls and their results, pictures and sound. Every content is
// an array, so that a plain struct can hold it.
func createMessageRequest() []byte {
	dst := []byte(`{"jsonrpc":"2.0","id":"srv-118","method":"sampling/createMessage","params":{"messages":[`)
	for i := range 20 {
		dst = appendComma(dst)
		dst = appendSamplingMessage(dst, i)
	}
	dst = append(dst, ']')
	dst = appendRawMember(dst, "modelPreferences", `{"hints":[{"name":"large"},{"name":"medium-2025"}],`+
		`"costPriority":0.2,"speedPriority":0,"intelligencePriority":1}`)
	dst = appendMember(dst, "systemPrompt", "You help a support team.\nAnswer in the language of the last message. "+
		"Quote ticket keys like \"MOBILE-2291\" and never invent one.")
	dst = appendRawMember(dst, "includeContext", `"thisServer"`)
	dst = appendRawMember(dst, "temperature", "0.7")
	dst = appendRawMember(dst, "maxTokens", "4096")
	dst = appendRawMember(dst, "stopSequences", `["\n\nHuman:","</answer>"]`)
	dst = appendRawMember(dst, "metadata", `{"tenant":"harbor","trace":9007199254740993,"tags":["support","\u65e5\u672c"]}`)
	dst = appendRawMember(dst, "tools", `[{"name":"search_tickets","description":"Full-text search over tickets","inputSchema":`+
		`{"type":"object","properties":{"query":{"type":"string"},"limit":{"type":"integer"}},"required":["query"]}}]`)
	dst = appendRawMember(dst, "toolChoice", `{"mode":"auto"}`)
	return append(dst, `}}`...)
}

// conversation holds what the people and the model say. Each piece stands for one script or one kind of text.
var conversation = [...]string{
	"Hi! Since yesterday's update I can't log in any more. The app says \"Session expired\" right after I enter my password, every single time. " +
		"I already tried the reset link, twice.\n\nSteps:\n\t1. open the app\n\t2. type mail and password\n\t3. tap \"Sign in\"\n",
	"更新以来、ログインできなくなりました。パスワードを入力すると、すぐに「セッションの有効期限が切れました」と表示されます。" +
		"再設定のリンクも二回試しましたが、結果は同じでした。端末はAndroid 15です。よろしくお願いします。",
	"感谢您的反馈。我们已经找到原因:重置密码之后,旧的会话令牌没有被删除,服务器因此拒绝了新的登录。" +
		"修复程序将在今天晚上发布。在此之前,请先退出所有设备,然后再次登录。如果问题仍然存在,请告诉我们。",
	"Great news 🎉🎉 it works on the tablet 👍🏽, but the phone 📱 still shows the spinner ⏳… My partner 👩‍💻 sees the same. " +
		"Could it be the time zone 🌏? We just came back from Kraków ✈️, où tout marchait très bien, naïvement.",
	"Das Protokoll zeigt zwölf Anmeldungen in fünf Minuten; danach sperrt der Dienst die Adresse für eine Stunde. " +
		"Größere Änderungen an der Sitzungsverwaltung gab es zuletzt im März. Prüfen Sie bitte die Geräteuhr.",
	"```json\n{\n  \"error\": \"session_expired\",\n  \"path\": \"C:\\\\Users\\\\mia\\\\AppData\",\n  \"retry\": [1, 2, 4, 8]\n}\n```\n" +
		"The block above is from the log file; the backslashes are really there.\r\nSecond line ends the Windows way.\r\n",
	"Здравствуйте! После сброса пароля приложение постоянно просит войти снова. Журнал приложен. Версия 5.2.1, сеть домашняя.",
	"안녕하세요. 비밀번호를 재설정한 뒤로 앱이 계속 로그아웃됩니다. 기기를 다시 시작해도 같은 문제가 발생합니다. 확인 부탁드립니다.",
}

// appendSamplingMessage appends message i; people and model take turns.
func appendSamplingMessage(dst []byte, i int) []byte {
	role := "user"
	if i%2 == 1 {
		role = "assistant"
	}
	dst = appendMember(append(dst, '{'), "role", role)
	dst = append(appendKey(dst, "content"), '[')
	switch i {
	case 3, 9, 15:
		dst = appendTextBlock(dst, "Let me look that up.", "")
		dst = appendToolUse(dst, i)
	case 4, 10, 16:
		dst = appendToolResult(dst, i)
	case 6:
		dst = appendTextBlock(dst, conversation[3], "")
		dst = appendBinary(dst, "image", "image/webp", 2700)
	case 12:
		dst = appendBinary(dst, "audio", "audio/ogg", 3600)
	case 18:
		// As a peer writes it that keeps its output in ASCII: every other character is an escape.
		dst = appendRawMember(append(dst, '{'), "type", `"text"`)
		dst = appendRawMember(dst, "text", asciiOnly(conversation[1]+" \U0001F600"))
		dst = append(dst, '}')
	default:
		dst = appendTextBlock(dst, conversation[i%len(conversation)], `{"audience":["assistant"],"priority":0.5}`)
		dst = appendTextBlock(dst, conversation[(i*3+1)%len(conversation)], "")
		dst = appendTextBlock(dst, conversation[(i*5+2)%len(conversation)], "")
	}
	return append(dst, ']', '}')
}

func appendTextBlock(dst []byte, text, annotations string) []byte {
	dst = append(appendComma(dst), `{"type":"text"`...)
	dst = appendMember(dst, "text", text)
	if annotations != "" {
		dst = appendRawMember(dst, "annotations", annotations)
	}
	return append(dst, '}')
}

func appendToolUse(dst []byte, i int) []byte {
	dst = append(appendComma(dst), `{"type":"tool_use"`...)
	dst = appendMember(dst, "id", "call_"+strconv.Itoa(i))
	dst = appendMember(dst, "name", "search_tickets")
	dst = appendRawMember(dst, "input", `{"query":"session \"expired\" reset","limit":`+strconv.Itoa(i)+`,"filters":{"labels":["login","登录"],"since":null}}`)
	return append(dst, '}')
}

// appendToolResult answers the call of the message before with a text, a link and an embedded resource.
func appendToolResult(dst []byte, i int) []byte {
	call := strconv.Itoa(i - 1)
	dst = append(appendComma(dst), `{"type":"tool_result"`...)
	dst = appendMember(dst, "toolUseId", "call_"+call)
	dst = append(appendKey(dst, "content"), '[')
	dst = appendTextBlock(dst, "3 tickets\n"+strings.Repeat("- MOBILE-22"+call+": \"Reset link logs user out\" (open)\n", 3), "")
	dst = append(dst, `,{"type":"resource_link","uri":"tickets://MOBILE/22`+call+`","name":"MOBILE-22`+call+`","mimeType":"text/html","size":5120}`...)
	dst = append(dst, `,{"type":"resource","resource":{"uri":"tickets://MOBILE/22`+call+`/notes.md","mimeType":"text/markdown"`...)
	dst = appendMember(dst, "text", "# Notes\n\n* seen on Android 15 only\n* fixed by \"sign out everywhere\"\n")
	dst = append(dst, `}}]`...)
	dst = appendRawMember(dst, "structuredContent", `{"total":3,"items":[{"key":"MOBILE-22`+call+`","score":0.93},{"key":"WEB-7","score":0.5}]}`)
	dst = appendRawMember(dst, "isError", "false")
	return append(dst, '}')
}

// appendBinary appends an image or audio block of n bytes of noise.
func appendBinary(dst []byte, kind, mime string, n int) []byte {
	dst = appendRawMember(append(appendComma(dst), '{'), "type", `"`+kind+`"`)
	dst = append(appendKey(dst, "data"), '"')
	dst = base64.StdEncoding.AppendEncode(dst, noise(newRand(uint64(5+n)), n))
	dst = append(dst, '"')
	dst = appendMember(dst, "mimeType", mime)
	return append(dst, '}')
}

// asciiOnly returns s as a JSON string in which everything outside ASCII is an escape.
func asciiOnly(s string) string {
	dst := []byte{'"'}
	for _, r := range s {
		if r < utf8.RuneSelf {
			dst = appendEscaped(dst, byte(r))
			continue
		}
		for _, unit := range utf16.Encode([]rune{r}) {
			dst = fmt.Appendf(dst, `\u%04x`, unit)
		}
	}
	return string(append(dst, '"'))
}
