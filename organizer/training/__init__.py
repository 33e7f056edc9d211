"""How the bundled model is made and measured. Nothing else imports this."""
