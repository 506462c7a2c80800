package callbacks

// DrawReference is drawReference for tests.
var DrawReference = drawReference
