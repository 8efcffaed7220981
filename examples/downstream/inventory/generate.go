// Package inventory is generated from two revisions of a schema.
package inventory

//go:generate go tool codegen -schema v1=../schema/inventory-v1.json -schema v2=../schema/inventory-v2.json -package inventory -out .
