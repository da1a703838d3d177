from django.dispatch import Signal

identity_changed = Signal()
