package bind

import "reflect"

// Sabotage has every method panic with value instead of what it does, and
// answers how many arguments each takes.
func (t *Table) Sabotage(value any) map[string]int {
	takes := map[string]int{}
	for name, m := range t.methods {
		m.call = reflect.MakeFunc(m.call.Type(), func([]reflect.Value) []reflect.Value { panic(value) })
		t.methods[name] = m
		takes[name] = len(m.in)
	}
	return takes
}
