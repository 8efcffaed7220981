package inventory_test

import (
	"fmt"
	"testing"

	"github.com/mcpwire/mcpwire/codec"

	"example.com/downstream/inventory"
)

func Example() {
	var item inventory.Item
	err := codec.Unmarshal([]byte(`{"sku":"AB-12","count":3,"place":{"kind":"shelf","row":7},"color":"red"}`), &item)
	if err != nil {
		fmt.Println(err)
		return
	}
	if shelf, ok := item.Place.(*inventory.Shelf); ok {
		fmt.Println("row", shelf.Row)
	}
	fmt.Println("v1:", item.Validate(inventory.RevV1))
	fmt.Println("v2:", item.Validate(inventory.RevV2))
	item.Tags = []string{"bolts"}
	v1, _ := item.AppendJSONFor(nil, inventory.RevV1)
	v2, _ := item.AppendJSONFor(nil, inventory.RevV2)
	fmt.Printf("%s\n%s\n", v1, v2)
	// Output:
	// row 7
	// v1: <nil>
	// v2: json: missing required member at /tags
	// {"sku":"AB-12","count":3,"place":{"kind":"shelf","row":7},"color":"red"}
	// {"sku":"AB-12","count":3,"tags":["bolts"],"place":{"kind":"shelf","row":7},"color":"red"}
}

func TestPattern(t *testing.T) {
	item := inventory.Item{Sku: "x", Count: 1}
	if err := item.Validate(inventory.RevV1); err == nil {
		t.Fatal("a bad sku is valid")
	}
}

// BenchmarkDecode compares nothing: it shows how to measure one's own types.
func BenchmarkDecode(b *testing.B) {
	src := []byte(`{"sku":"AB-12","count":3,"place":{"kind":"shelf","row":7},"tags":["bolts","steel"]}`)
	var d codec.Decoder
	var item inventory.Item
	b.SetBytes(int64(len(src)))
	b.ReportAllocs()
	for b.Loop() {
		d.Reset(src)
		if err := d.Decode(&item); err != nil {
			b.Fatal(err)
		}
	}
}
