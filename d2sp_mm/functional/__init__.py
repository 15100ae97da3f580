"""The formulae. Arrays or tensors in, arrays or tensors out; import the module of the formula you need."""
