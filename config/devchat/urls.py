"""The chats of a demo, under /dev/telegram/; `config.urls` has them only where there is a stand-in."""

from django.urls import path

from config.devchat import views

app_name = "devchat"
urlpatterns = [
    path("", views.home, name="home"),
    path("newcomer/", views.newcomer, name="newcomer"),
    path("files/<str:file_id>/", views.file, name="file"),
    path("<int:chat_id>/", views.chat, name="chat"),
    path("<int:chat_id>/look/", views.look, name="look"),
    path("<int:chat_id>/<slug:deed>/", views.act, name="act"),
]
