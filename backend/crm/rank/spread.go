package rank

// Spread answers n keys after lo and before hi, in order, with as much room
// between them as there is; "" stands for the edge.
func Spread(lo, hi string, n int, random func(n int) int) ([]string, error) {
	out := make([]string, n)
	return out, spread(lo, hi, out, random)
}

func spread(lo, hi string, out []string, random func(n int) int) (err error) {
	if len(out) == 0 {
		return nil
	}
	mid := len(out) / 2
	if out[mid], err = Between(lo, hi, random); err != nil {
		return err
	}
	if err := spread(lo, out[mid], out[:mid], random); err != nil {
		return err
	}
	return spread(out[mid], hi, out[mid+1:], random)
}
