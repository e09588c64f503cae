"""What workers read: pages, instructions, label categories and the invitation."""
