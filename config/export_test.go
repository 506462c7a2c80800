package config

// CallKeys are the keys of files in calls/, for comparison with what editors are told.
var CallKeys = callKeys
