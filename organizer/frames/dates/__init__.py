"""When a video was shot, as its container, its pictures and its name say."""
