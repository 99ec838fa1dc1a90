# shown at login
