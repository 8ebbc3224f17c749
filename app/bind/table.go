// Package bind calls the API's methods by name. The window and the browser host
// both go through it, so that arguments are read, errors shaped and panics
// caught in one way.
package bind

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"runtime/debug"
	"sort"
	"strconv"
	"time"

	"github.com/rs/zerolog"

	"patio/app/logs"
	"patio/backend/crm"
)

// Codes that this package answers with, beside crm's.
const (
	CodeArguments crm.Code = "call.arguments" // wrong number of arguments, or one of the wrong type
	CodeMethod    crm.Code = "call.unknown"   // no such struct or method
	CodeClosing   crm.Code = "call.closing"   // the program is on its way out
)

// Table knows every method that the page may call. It is made once and not
// changed afterwards.
type Table struct {
	log     zerolog.Logger
	methods map[string]method // by "Struct.Method"
}

type method struct {
	call reflect.Value // the bound function
	in   []reflect.Type
	// value and err are places in the results, -1 when there is none.
	value, err int
}

var (
	errorType = reflect.TypeFor[error]()
	timeType  = reflect.TypeFor[time.Time]()
)

// NewTable lists the exported methods of pointers to structs. A method whose
// shape can't cross to the page is a mistake of the programmer and an error
// here, so that the first start shows it.
func NewTable(log zerolog.Logger, bound ...any) (*Table, error) {
	t := &Table{log: log, methods: map[string]method{}}
	for _, b := range bound {
		v := reflect.ValueOf(b)
		if v.Kind() != reflect.Pointer || v.Elem().Kind() != reflect.Struct {
			return nil, fmt.Errorf("bind %T: want a pointer to a struct", b)
		}
		for i := range v.NumMethod() {
			name := v.Elem().Type().Name() + "." + v.Type().Method(i).Name
			m, err := newMethod(v.Method(i))
			if err != nil {
				return nil, fmt.Errorf("bind %s: %w", name, err)
			}
			if _, twice := t.methods[name]; twice {
				return nil, fmt.Errorf("bind %s: bound twice", name)
			}
			t.methods[name] = m
		}
	}
	return t, nil
}

func newMethod(call reflect.Value) (method, error) {
	typ := call.Type()
	m := method{call: call, value: -1, err: -1}
	if typ.IsVariadic() {
		return m, fmt.Errorf("takes a variable number of arguments")
	}
	for i := range typ.NumIn() {
		if err := crosses(typ.In(i), map[reflect.Type]bool{}); err != nil {
			return m, fmt.Errorf("argument %d: %w", i+1, err)
		}
		m.in = append(m.in, typ.In(i))
	}
	for i := range typ.NumOut() {
		switch {
		case typ.Out(i) == errorType && i == typ.NumOut()-1:
			m.err = i
		case i == 0:
			if err := crosses(typ.Out(i), map[reflect.Type]bool{}); err != nil {
				return m, fmt.Errorf("result: %w", err)
			}
			m.value = i
		default:
			return m, fmt.Errorf("answers more than a value and an error")
		}
	}
	return m, nil
}

// crosses refuses types that JSON or the generated TypeScript would mangle.
func crosses(t reflect.Type, seen map[reflect.Type]bool) error {
	if seen[t] {
		return nil
	}
	seen[t] = true
	switch t.Kind() {
	case reflect.Chan, reflect.Func, reflect.Complex64, reflect.Complex128, reflect.UnsafePointer:
		return fmt.Errorf("%s can't be written as JSON", t)
	case reflect.Interface:
		if t.NumMethod() > 0 {
			return fmt.Errorf("%s is an interface; contexts and the like stay in Go", t)
		}
	case reflect.Pointer, reflect.Slice, reflect.Array:
		return crosses(t.Elem(), seen)
	case reflect.Map:
		if t.Key().Kind() != reflect.String {
			return fmt.Errorf("%s has keys that are not strings", t)
		}
		return crosses(t.Elem(), seen)
	case reflect.Struct:
		if t == timeType {
			return fmt.Errorf("time.Time becomes any in TypeScript: use milliseconds")
		}
		for i := range t.NumField() {
			f := t.Field(i)
			if !f.IsExported() || f.Tag.Get("json") == "-" {
				continue
			}
			if err := crosses(f.Type, seen); err != nil {
				return fmt.Errorf("%s.%s: %w", t, f.Name, err)
			}
		}
	}
	return nil
}

// Names lists all methods as "Struct.Method", sorted.
func (t *Table) Names() []string {
	names := make([]string, 0, len(t.methods))
	for name := range t.methods {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

// Has reports whether the table knows a method.
func (t *Table) Has(structName, methodName string) bool {
	_, ok := t.methods[structName+"."+methodName]
	return ok
}

// Call runs a method with JSON arguments and answers its JSON result ("null" if
// it has none). Every failure is a *crm.Error: a panic and an error that is none
// of the program's own become CodeInternal with the log entry's id in Params.
func (t *Table) Call(structName, methodName string, args []json.RawMessage) (result json.RawMessage, err error) {
	name := structName + "." + methodName
	defer func() {
		if p := recover(); p != nil {
			result, err = nil, Internal(logs.Panicked(t.log, name, p, debug.Stack()))
		}
	}()
	m, ok := t.methods[name]
	if !ok {
		return nil, crm.NewError(CodeMethod, "", "method", name)
	}
	in, err := m.arguments(args)
	if err != nil {
		return nil, err
	}
	out := m.call.Call(in)
	if m.err >= 0 {
		if failed, ok := out[m.err].Interface().(error); ok {
			return nil, Shape(t.log, name, failed)
		}
	}
	if m.value < 0 {
		return json.RawMessage("null"), nil
	}
	result, err = json.Marshal(out[m.value].Interface())
	if err != nil {
		return nil, Shape(t.log, name, fmt.Errorf("write result: %w", err))
	}
	return result, nil
}

func (m method) arguments(args []json.RawMessage) ([]reflect.Value, error) {
	if len(args) != len(m.in) {
		return nil, crm.NewError(CodeArguments, "", "want", strconv.Itoa(len(m.in)), "got", strconv.Itoa(len(args)))
	}
	in := make([]reflect.Value, len(args))
	for i, arg := range args {
		v := reflect.New(m.in[i])
		dec := json.NewDecoder(bytes.NewReader(arg))
		dec.DisallowUnknownFields() // a misspelt field would otherwise be dropped in silence
		if err := dec.Decode(v.Interface()); err != nil {
			return nil, crm.NewError(CodeArguments, "", "argument", strconv.Itoa(i+1)).Because(err)
		}
		in[i] = v.Elem()
	}
	return in, nil
}
