"""The addresses of notifications below ``/api/v1/``."""

from django.urls import path

from notifications.api import push, settings

urlpatterns = [
    path("notification-settings/", settings.NotificationSettings.as_view(), name="api-settings"),
    path("notification-settings/<int:pk>/", settings.OneNotificationSetting.as_view(), name="api-setting"),
    path("ad-templates/", settings.AdTemplates.as_view(), name="api-ads"),
    path("ad-templates/<int:pk>/", settings.OneAdTemplate.as_view(), name="api-ad"),
    path("push-subscriptions/", push.PushSubscriptions.as_view(), name="api-push"),
    path("push-subscriptions/vapid-public-key/", push.PublicKey.as_view(), name="api-vapid-key"),
    path("push-subscriptions/<int:pk>/", push.OnePushSubscription.as_view(), name="api-push-one"),
]
