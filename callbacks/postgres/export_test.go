package postgres

// Migrations are the store's own.
var Migrations = provider
