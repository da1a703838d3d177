"""What the pages say, in both languages, as a person would look for it."""

WORDS = {
    "en": {
        "all_times": "All times",
        "book": "Book",
        "booked": "You are booked",
        "move": "Move",
        "put_back": "Put it back",
        "cancel": "Cancel",
        "yes_cancel": "Yes, cancel",
        "cancelled": "Your visit is cancelled",
        "name": "Name",
        "phone": "Phone",
        "enter_name": "Enter your name.",
        "taken": "This time has just been taken.",
    },
    "ru": {
        "all_times": "Все окна",
        "book": "Записаться",
        "booked": "Вы записаны",
        "move": "Перенести",
        "put_back": "Вернуть",
        "cancel": "Отменить",
        "yes_cancel": "Да, отменить",
        "cancelled": "Визит отменён",
        "name": "Имя",
        "phone": "Телефон",
        "enter_name": "Введите имя.",
        "taken": "Это время только что заняли.",
    },
}
