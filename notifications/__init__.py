"""Who is told what and by which road: recipients, messages, deliveries, channels, broadcasts, reminders."""
