// Package easy is the mirror types once more, with the methods that the easyjson tool generates. They are a copy because
// methods can only be declared beside their type, and the mirrors themselves must have none.
package easy

//go:generate go run ./copymirror -to mirror.go ../mirror_message.go ../../../internal/corpus/mirror.go ../../../internal/corpus/mirror_parts.go ../../../internal/corpus/mirror_envelope.go
//go:generate go tool easyjson -all -no_std_marshalers -output_filename mirror_easyjson.go mirror.go
