"""The room in the admin where CS ops tunes scorecards: draft, preview, publication, versions."""
