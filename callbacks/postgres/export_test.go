package postgres

// Migrate brings the tables of a database up to date.
var Migrate = applyScripts
