import os

from django.core.asgi import get_asgi_application

from config.charset import only_utf8_async

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = only_utf8_async(get_asgi_application())
