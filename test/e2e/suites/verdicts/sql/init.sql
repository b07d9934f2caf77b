create table greeting (word text);
insert into greeting values ($$hello$$);
